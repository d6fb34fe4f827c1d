import { OPERATOR } from '../cloud.ts';
import type { Random } from '../random.ts';
import { AwsError } from '../services/errors.ts';
import { accountPrincipal, type Principal, type RolePrincipal } from './principal.ts';

/** The keys of one session, as `AWS_ACCESS_KEY_ID` and its two companions hold them. */
export interface SessionKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * Which access key belongs to whom. Signatures are not verified: the key's id says it all.
 *
 * - 12 digits: the administrator of that account, so that a laptop can play every customer;
 * - `ASIA…`: a session of a role, opened here;
 * - anything else: the operator of the provider's account.
 */
export class Sessions {
  readonly #random: Random;
  readonly #open = new Map<string, RolePrincipal>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** Keys for a session of a role, e.g. for a function's environment: `ASIA` and 16 characters of base 32. */
  open(principal: RolePrincipal): SessionKeys {
    let accessKeyId = 'ASIA';
    while (accessKeyId.length < 20) accessKeyId += BASE32[this.#random.between(0, 31)];
    this.#open.set(accessKeyId, principal);
    return { accessKeyId, secretAccessKey: this.#random.hex(40), sessionToken: this.#random.hex(64) };
  }

  /** @throws AwsError `InvalidClientTokenId` (403) for a session that was never opened here. */
  principalOf(accessKeyId: string): Principal {
    const session = this.#open.get(accessKeyId);
    if (session !== undefined) return session;
    if (/^\d{12}$/.test(accessKeyId)) return accountPrincipal(accessKeyId);
    if (accessKeyId.startsWith('ASIA')) {
      throw new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid.', 403);
    }
    return OPERATOR;
  }
}
