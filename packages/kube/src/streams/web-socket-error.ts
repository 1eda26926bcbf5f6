import { KubeError } from '../transport/kube-error.ts';
import { networkError } from '../transport/network-error.ts';

/** The client's own complaints about a frame: too large, not UTF-8, a bad opcode. */
export function webSocketError(error: Error): KubeError {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH')
    return new KubeError('tooLarge', error.message, { cause: error });
  return code?.startsWith('WS_ERR_')
    ? new KubeError('protocol', error.message, { cause: error })
    : networkError(error);
}
