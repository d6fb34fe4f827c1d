import { describe, expect, it } from 'vitest';
import { form, send } from '../../wire/world.ts';
import { elbWorld, QUICK } from './support.ts';

const NAMESPACE = 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/';
const REQUEST_ID = /<RequestId>[0-9a-f-]{36}<\/RequestId>/;

describe('on the wire', () => {
  it('targets and their health - as AWS writes them', async () => {
    const { inUse, handler } = elbWorld(QUICK);
    const arn = encodeURIComponent(await inUse());
    const ask = async (action: string, more = '') => {
      const body = `Action=${action}&Version=2015-12-01&TargetGroupArn=${arn}${more}`;
      const { status, text } = await send(handler, form('elasticloadbalancing', body));
      return `${status} ${text.replace(REQUEST_ID, '<RequestId/>')}`;
    };
    const metadata = '<ResponseMetadata><RequestId/></ResponseMetadata>';
    expect(await ask('RegisterTargets', '&Targets.member.1.Id=10.0.1.7&Targets.member.1.Port=6432')).toBe(
      `200 <?xml version="1.0" encoding="UTF-8"?>\n<RegisterTargetsResponse xmlns="${NAMESPACE}"><RegisterTargetsResult></RegisterTargetsResult>${metadata}</RegisterTargetsResponse>`,
    );
    expect(await ask('DescribeTargetHealth')).toBe(
      `200 <?xml version="1.0" encoding="UTF-8"?>\n<DescribeTargetHealthResponse xmlns="${NAMESPACE}"><DescribeTargetHealthResult>` +
        '<TargetHealthDescriptions><member><Target><Id>10.0.1.7</Id><Port>6432</Port><AvailabilityZone>us-west-2b</AvailabilityZone></Target>' +
        '<HealthCheckPort>6432</HealthCheckPort><TargetHealth><State>initial</State><Reason>Elb.RegistrationInProgress</Reason>' +
        '<Description>Target registration is in progress</Description></TargetHealth></member></TargetHealthDescriptions>' +
        `</DescribeTargetHealthResult>${metadata}</DescribeTargetHealthResponse>`,
    );
    expect(await ask('RegisterTargets')).toBe(
      `400 <?xml version="1.0" encoding="UTF-8"?>\n<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>ValidationError</Code>` +
        "<Message>1 validation error detected: Value null at 'targets' failed to satisfy constraint: Member must not be null</Message></Error>" +
        '<RequestId/></ErrorResponse>',
    );
  });
});
