import { describe, expect, it } from 'vitest';
import { calling, classify } from '../../../functions/aws/errors.ts';
import { malformed } from '../../../functions/domain/errors.ts';
import { awsError } from '../support.ts';

describe('classify', () => {
  it.each([
    ['EC2’s limit', awsError('RequestLimitExceeded', 503), 'Throttled'],
    ['DynamoDB’s limit', awsError('ProvisionedThroughputExceededException'), 'Throttled'],
    ['a limit by the name that most services use', awsError('ThrottlingException'), 'Throttled'],
    ['a fault of AWS, named', awsError('InternalError', 500), 'Throttled'],
    ['a fault of AWS under any name', awsError('SomethingNew', 502), 'Throttled'],
    ['EC2 says no', awsError('UnauthorizedOperation', 403), 'Denied'],
    ['DynamoDB says no', awsError('AccessDeniedException'), 'Denied'],
  ])('%s - %s', (_situation, error, name) => {
    expect(classify(error, 'read')).toMatchObject({ name, cause: error });
  });

  it.each([
    ['an unknown service', awsError('InvalidVpcEndpointServiceId.NotFound')],
    ['a condition that failed', awsError('ConditionalCheckFailedException')],
    ['a slip of ours', new TypeError('x is not a function')],
    ['an error that has its name already', malformed('not a number')],
    ['what is no error at all', 'a text'],
  ])('%s - passes as it is: a surprise must look like one', (_situation, error) => {
    expect(classify(error, 'read')).toBe(error);
  });

  it('says what was tried, and AWS’s own words', () => {
    expect(classify(awsError('UnauthorizedOperation'), 'describe connections')).toMatchObject({
      message: 'describe connections: UnauthorizedOperation: AWS says UnauthorizedOperation.',
    });
  });
});

describe('calling', () => {
  it('returns what the call returns', async () => {
    await expect(calling('read', async () => 7)).resolves.toBe(7);
  });

  it('throws what it threw, by its name here', async () => {
    await expect(calling('read', () => Promise.reject(awsError('Throttling')))).rejects.toMatchObject({
      name: 'Throttled',
    });
  });
});
