// Compiled, never run: each line is an assertion about a type of WebSocketError.
import { WebSocketError } from 'websocketstream';

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function check<T extends true>(): T;

const error = new WebSocketError();
new WebSocketError('text');
new WebSocketError('text', {});
new WebSocketError('text', { closeCode: 3000, reason: 'why' });

check<Equal<typeof error.closeCode, number | null>>();
check<Equal<typeof error.reason, string>>();
check<Equal<typeof error.code, number>>();
const exception: DOMException = error;
const plain: Error = error;
const code: string | undefined = error.cause?.code;
const status: number | undefined = error.response?.status;
const body: Uint8Array | undefined = error.response?.body;
export { body, code, exception, plain, status };

// @ts-expect-error The message comes first.
new WebSocketError({ closeCode: 3000 });
// @ts-expect-error The old name of closeCode.
new WebSocketError('text', { code: 3000 });
// @ts-expect-error Members cannot be assigned.
error.closeCode = 1000;
// @ts-expect-error Members cannot be assigned.
error.reason = 'other';
