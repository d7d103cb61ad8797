export declare const MODULES: readonly string[]
export declare function compile(name: string): Promise<Uint8Array>
export declare function sourceOf(name: string, bytes: Uint8Array): string
