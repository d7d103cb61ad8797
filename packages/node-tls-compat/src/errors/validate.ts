import { isView } from '../host/bytes.ts'
import { invalidArgType, outOfRange } from './node-error.ts'

/** Checks of arguments, each with the error Node gives. `name` is as it stands in the message (`options.key`). */

export function validateString(value: unknown, name: string): asserts value is string {
  if (typeof value !== 'string') {
    throw invalidArgType(name, 'of type string', value)
  }
}

export function validateBoolean(value: unknown, name: string): asserts value is boolean {
  if (typeof value !== 'boolean') {
    throw invalidArgType(name, 'of type boolean', value)
  }
}

export function validateFunction(value: unknown, name: string): asserts value is Function {
  if (typeof value !== 'function') {
    throw invalidArgType(name, 'of type function', value)
  }
}

export function validateObject(value: unknown, name: string): asserts value is object {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw invalidArgType(name, 'of type object', value)
  }
}

export function validateArray(value: unknown, name: string): asserts value is unknown[] {
  if (!Array.isArray(value)) {
    throw invalidArgType(name, 'an instance of Array', value)
  }
}

export function validateNumber(value: unknown, name: string, min?: number): asserts value is number {
  if (typeof value !== 'number') {
    throw invalidArgType(name, 'of type number', value)
  }
  if (min !== undefined && !(value >= min)) {
    throw outOfRange(name, `>= ${min}`, value)
  }
}

function validateInteger(value: unknown, name: string, min: number, max: number): asserts value is number {
  if (typeof value !== 'number') {
    throw invalidArgType(name, 'of type number', value)
  }
  if (!Number.isInteger(value)) {
    throw outOfRange(name, 'an integer', value)
  }
  if (value < min || value > max) {
    throw outOfRange(name, `>= ${min} && <= ${max}`, value)
  }
}

export function validateInt32(value: unknown, name: string, min = -2147483648): asserts value is number {
  validateInteger(value, name, min, 2147483647)
}

export function validateUint32(value: unknown, name: string, positive = false): asserts value is number {
  validateInteger(value, name, positive ? 1 : 0, 4294967295)
}

export function validateSafeInteger(value: unknown, name: string): asserts value is number {
  validateInteger(value, name, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
}

export function validateBuffer(value: unknown, name = 'buffer'): asserts value is ArrayBufferView {
  if (!isView(value)) {
    throw invalidArgType(name, 'an instance of Buffer, TypedArray, or DataView', value)
  }
}

/** What keys, certificates and the like may be given as. */
export function validateText(value: unknown, name: string): asserts value is string | ArrayBufferView {
  if (typeof value !== 'string' && !isView(value)) {
    throw invalidArgType(name, 'of type string or an instance of Buffer, TypedArray, or DataView', value)
  }
}
