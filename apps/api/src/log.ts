import { KubeError } from '@pilothouse/kube';
import { pino, stdSerializers, type DestinationStream, type Logger, type LoggerOptions } from 'pino';

/** Prisma tells a bad call with all values that were to be written, passwords' hashes among them. */
const shownValues = /(Invalid `[^`]*` invocation:\n)[\s\S]*?\n\}\n/g;
const hide = (text: string) => text.replaceAll(shownValues, '$1');

/** A cluster's fault is no fault of the code: where it was met says nothing. Undefined for any other error. */
function clusterFault(error: Error): object | undefined {
  const { cause } = error;
  const fault = error instanceof KubeError ? error : cause instanceof KubeError ? cause : undefined;
  if (fault === undefined) return undefined;
  const { reason, message, status, statusObject } = fault;
  return { type: 'KubeError', reason, message, status, statusReason: statusObject?.reason };
}

const options: LoggerOptions = {
  serializers: {
    err(error: Error) {
      const fault = clusterFault(error);
      if (fault !== undefined) return fault;
      const { message, stack, ...rest } = stdSerializers.err(error);
      return { ...rest, message: hide(message), stack: hide(stack) };
    },
  },
  hooks: {
    // without a message pino takes the error's own, as it is
    logMethod(args, method) {
      const [fields] = args as unknown as [{ err?: unknown }];
      if (args.length === 1 && fields?.err instanceof Error) method.apply(this, [fields, 'error'] as never);
      else method.apply(this, args);
    },
  },
};

/** The platform's log: JSON, one event a line, to standard output unless told otherwise. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  return destination === undefined ? pino({ ...options, level }) : pino({ ...options, level }, destination);
}
