import {
  brainpoolP256r1,
  brainpoolP384r1,
  brainpoolP512r1,
  secp224r1,
  secp256k1,
  secp256r1,
  secp384r1,
  secp521r1,
} from '../curves.ts'
import { CryptoError } from '../error.ts'
import type { CurveName } from '../provider.ts'
import type { Curve } from './curve.ts'

/** All curves. */
export const CURVES: Readonly<Record<CurveName, Curve>> = {
  secp224r1,
  secp256r1,
  secp384r1,
  secp521r1,
  secp256k1,
  brainpoolP256r1,
  brainpoolP384r1,
  brainpoolP512r1,
}

/** @throws {CryptoError} `UNSUPPORTED` */
export function curveNamed(name: CurveName): Curve {
  const curve = CURVES[name]
  if (!curve) throw new CryptoError('UNSUPPORTED', `curve ${name} is not offered`)
  return curve
}
