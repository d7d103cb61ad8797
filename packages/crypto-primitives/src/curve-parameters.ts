/** The domain parameters of the curves as data, for who has to recognise them; nothing that computes comes along. */
import type { CurveParameters } from './curves/curve.ts'
import {
  BRAINPOOLP256R1,
  BRAINPOOLP384R1,
  BRAINPOOLP512R1,
  SECP224R1,
  SECP256K1,
  SECP256R1,
  SECP384R1,
  SECP521R1,
} from './curves/parameters.ts'

export type { CurveParameters } from './curves/curve.ts'

/** Those of `./curves`, numbers in hexadecimal without leading zeros. */
export const CURVE_PARAMETERS: readonly CurveParameters[] = [
  SECP256R1,
  SECP384R1,
  SECP521R1,
  SECP224R1,
  SECP256K1,
  BRAINPOOLP256R1,
  BRAINPOOLP384R1,
  BRAINPOOLP512R1,
]
