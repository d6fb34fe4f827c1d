import type { Call } from '../cloud.ts';
import { AwsError } from '../services/errors.ts';
import { brokenBy, throttledBy } from './failures.ts';
import type { CallFault } from './fault.ts';

/** Makes a call, with whatever stands around it. */
export type Next = () => Promise<unknown>;

/** The call at which a fault is, and what can be done about it. */
export interface Scene {
  readonly call: Call;
  /** Makes the call, with whatever faults are inside this one. */
  readonly next: Next;
  /** Ends the function that calls. @returns false where it is no function */
  readonly kill: () => boolean;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Tells that the fault happens. */
  readonly note: () => void;
  /** Tells that it has no meaning here. */
  readonly refuse: (why: string) => void;
}

/** No answer, ever: whoever waits for it has a time-out of its own. One promise for all would keep everybody who ever waited, and their worlds. */
export const silence = (): Promise<never> => new Promise(() => undefined);

/** Makes a call, whatever AWS says to it. Anything but an error of AWS is a defect of the sandbox, which no fault may hide. */
const regardless = async (next: Next): Promise<void> => {
  try {
    await next();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
  }
};

/** Makes a call as a fault wants it made. @throws AwsError what the caller is to see. */
export const makeCall = async (
  fault: CallFault,
  { call, next, kill, sleep, note, refuse }: Scene,
): Promise<unknown> => {
  const noFunction = `${call.principal.arn} made that call and is no function: choose a call of a function, or stop-at-state.`;
  const noWaiting = `${call.principal.arn} is a client, and simulated time stands still while a client waits: choose a caller of the stack.`;
  const isClient = call.principal.kind === 'account';
  switch (fault.kind) {
    case 'error-before': {
      note();
      const { code, status = 400 } = fault;
      if (code === undefined) throw brokenBy(call.service, fault.status);
      throw new AwsError(code, 'Refused on purpose (a fault).', status);
    }
    case 'throttle':
      note();
      throw throttledBy(call.service);
    case 'lost-reply':
      if (fault.how === 'silence' && isClient) {
        refuse(noWaiting);
        return next();
      }
      note();
      await regardless(next);
      if (fault.how === 'silence') return silence();
      throw brokenBy(call.service);
    case 'kill-before':
      if (!kill()) {
        refuse(noFunction);
        return next();
      }
      note();
      throw new AwsError('CallerKilled', 'The caller was killed before its call was made (a fault).', 500);
    case 'kill-after':
      try {
        return await next();
      } finally {
        if (kill()) note();
        else refuse(noFunction);
      }
    case 'delay': {
      if (isClient) {
        refuse(noWaiting);
        return next();
      }
      note();
      if (fault.of !== 'reply') {
        await sleep(fault.milliseconds);
        return next();
      }
      try {
        return await next();
      } finally {
        await sleep(fault.milliseconds);
      }
    }
  }
};
