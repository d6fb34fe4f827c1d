import type {
  StartVpcEndpointServicePrivateDnsVerificationRequest,
  StartVpcEndpointServicePrivateDnsVerificationResult,
} from '@aws-sdk/client-ec2';
import type { ActionDefinition } from '../../cloud.ts';
import { ec2Action } from './action.ts';
import { required, shaped } from './checks.ts';
import { ec2Errors } from './errors.ts';
import { onService, requireService } from './lookups.ts';
import type { PrivateLink } from './model.ts';
import { startVerification } from './private-dns.ts';

const START = 'StartVpcEndpointServicePrivateDnsVerification';

/** The action that proves a private DNS name: the provider's. */
export const privateDnsActions = (world: PrivateLink): Record<string, ActionDefinition> => ({
  [START]: ec2Action<
    StartVpcEndpointServicePrivateDnsVerificationRequest,
    StartVpcEndpointServicePrivateDnsVerificationResult
  >(world, START, {
    check: (input) => {
      shaped('vpce-svc', required(input.ServiceId, 'ServiceId'));
    },
    needs: (input, caller) => [onService(world, caller, START, input.ServiceId ?? '')],
    run: (input, caller) => {
      const service = requireService(world, caller, input.ServiceId ?? '');
      // AWS publishes no code for it; the code is that of its kin, the sentence ours.
      if (service.privateDns === undefined) {
        throw ec2Errors.invalid(`The VpcEndpointService Id '${service.id}' has no private DNS name to verify.`);
      }
      startVerification(world, service, service.privateDns);
      return { ReturnValue: true };
    },
  }),
});
