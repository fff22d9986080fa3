// What lib/ uses of Node and the typings of the oldest supported line leave out.

declare global {
  // Undocumented, and as old as Node: `toString()` and `write()` are made of these.
  interface Buffer {
    latin1Slice(start?: number, end?: number): string;
    latin1Write(text: string, offset?: number, length?: number): number;
    utf8Slice(start?: number, end?: number): string;
    utf8Write(text: string, offset?: number, length?: number): number;
  }
}

declare module 'tls' {
  // Since Node 22.15 and 23.10.
  export const getCACertificates:
    ((type?: 'bundled' | 'default' | 'extra' | 'system') => string[]) | undefined;
}

export {};
