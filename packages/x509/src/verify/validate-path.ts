import { type Eventual, now } from '../steps.ts'
import { Account, BudgetSpent } from './account.ts'
import { checkPath } from './check-path.ts'
import type { VerifyCode } from './codes.ts'
import { VerifyContext } from './context.ts'
import type { Findings, PathProblem } from './findings.ts'
import { type BuiltPath, buildOpenSslPath } from './openssl-path.ts'
import type { PathOptions, PathReport, PathResult } from './options.ts'
import { searchPaths } from './search.ts'

/**
 * Path building and validation (RFC 5280 §6 #1, RFC 5280 §6.1 #1), as `verifyChain` says, with the checks that were given and no others.
 *
 * @param account pays for it: its own, or that of the message whose signers are verified one after the other
 * @param ofCrlSigner the path of who signed a CRL, for another verification, which pays and is told when nothing is left
 */
export function* validatePath(
  options: PathOptions,
  account: Account = new Account(options.budget),
  ofCrlSigner = false,
): Eventual<PathResult> {
  const context = new VerifyContext(options, options.profile.strict, account)
  // OpenSSL's check_crl_path: the signer's path to the same anchor, whose own CRLs are checked but have no such signers.
  if (ofCrlSigner)
    // The signer's own certificate may be covered by the very CRL that it signs (PKITS 4.14.30): this verification is
    // the one that was asked for.
    context.verifyCrlIssuer = (issuer) => now(issuer.equals(options.leaf))
  else
    context.verifyCrlIssuer = function* (issuer, anchor) {
      const result = yield* validatePath(
        { ...options, leaf: issuer, purpose: 'any', name: false, policy: false },
        account,
        true,
      )
      return result.ok && result.chain[result.chain.length - 1]!.equals(anchor)
    }
  let first: BuiltPath = { chain: [options.leaf], untrusted: 1, failure: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' }
  const paths: PathReport[] = []
  let exhausted = false
  let accepted: { path: BuiltPath; findings: Findings } | undefined
  let firstFindings: Findings | undefined

  try {
    first = buildOpenSslPath(context)
    firstFindings = yield* checkPath(context, first, options)
    paths.push({ certificates: first.chain, problems: firstFindings.problems })
    if (firstFindings.problems.length === 0) accepted = { path: first, findings: firstFindings }
    else if (mayBeMended(context, firstFindings))
      yield* searchPaths(context, function* (path) {
        if (samePath(path, first) && !first.failure) return false
        const findings = yield* checkPath(context, path, options)
        paths.push({ certificates: path.chain, problems: findings.problems })
        if (findings.problems.length > 0) return !mayBeMended(context, findings)
        accepted = { path, findings }
        return true
      })
  } catch (error) {
    // A CRL signer's path is paid for by the verification that asked for it, which ends when nothing is left.
    if (!(error instanceof BudgetSpent) || ofCrlSigner) throw error
    exhausted = true
    if (!firstFindings)
      paths.push({
        certificates: first.chain,
        problems: [{ code: 'UNSPECIFIED', depth: 0, reason: `the budget of ${error.message} was spent` }],
      })
  }
  return accepted ? acceptance(accepted.path, accepted.findings, paths) : refusal(paths, exhausted)
}

/**
 * Whether another path may be good where this one is not. Outside the strict profiles a wrong signature ends the matter,
 * as it does for OpenSSL: whoever sends one may send any number, and each costs an operation with a public key.
 */
function mayBeMended({ strict }: VerifyContext, findings: Findings): boolean {
  return !findings.blamesLeaf && (strict || !findings.has('CERT_SIGNATURE_FAILURE'))
}

function samePath(a: BuiltPath, b: BuiltPath): boolean {
  return a.chain.length === b.chain.length && a.chain.every((certificate, i) => certificate.equals(b.chain[i]!))
}

function acceptance(path: BuiltPath, findings: Findings, paths: readonly PathReport[]): PathResult {
  return {
    ok: true,
    code: 'OK',
    reason: '',
    depth: 0,
    chain: path.chain,
    problems: [],
    paths,
    exhausted: false,
    policies: findings.policies,
  }
}

function refusal(paths: readonly PathReport[], exhausted: boolean): PathResult {
  const { certificates, problems } = paths[0]!
  // OpenSSL goes on after each problem when the application asks it to, and Node does: the last one stays.
  const last = problems[problems.length - 1] as PathProblem
  const code: VerifyCode = last.code
  return {
    ok: false,
    code,
    reason: problems.map(({ reason }) => reason).join('; '),
    depth: last.depth,
    chain: certificates,
    problems,
    paths,
    exhausted,
  }
}
