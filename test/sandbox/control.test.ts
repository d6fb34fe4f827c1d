import { describe, expect, it } from 'vitest';
import { withControl } from '../../sandbox/control.ts';
import type { Deployment } from '../../sandbox/deploy/deployment.ts';
import { DeploymentError } from '../../sandbox/deploy/deployment-error.ts';

const CHANGES = { updated: ['F'], created: ['V2'], deleted: ['Q'], kept: ['V1'] };

/** The door of a sandbox in which a deployment comes to `outcome`. */
const door = (outcome: () => Promise<unknown> = async () => ({ changes: CHANGES })) => {
  const asked: string[] = [];
  const handler = withControl(
    async () => ({ status: 299, headers: {}, body: Buffer.from('"for AWS"') }),
    async (directory) => {
      asked.push(directory);
      return (await outcome()) as Deployment;
    },
  );
  const send = async (method: string, path: string, body = '') => {
    const answer = await handler({ method, path, headers: {}, body: Buffer.from(body) });
    return { status: answer.status, said: JSON.parse(Buffer.from(answer.body).toString()) as unknown };
  };
  return { asked, send };
};

const ASSEMBLY = '{"assembly": "cdk.out"}';

describe('POST /_sandbox/deploy', () => {
  it('deploys the assembly and tells what became of each resource', async () => {
    const { asked, send } = door();
    expect(await send('POST', '/_sandbox/deploy', ASSEMBLY)).toEqual({ status: 200, said: CHANGES });
    expect(asked).toEqual(['cdk.out']);
  });

  it('a refusal - in words', async () => {
    const { send } = door(() => Promise.reject(new DeploymentError('T: a change of KeySchema is not modelled.')));
    const said = { message: 'T: a change of KeySchema is not modelled.' };
    expect(await send('POST', '/_sandbox/deploy', ASSEMBLY)).toEqual({ status: 400, said });
  });

  it('a defect of the sandbox - looks like one', async () => {
    const { send } = door(() => Promise.reject(new TypeError('x is not a function')));
    const said = { message: 'The sandbox failed: x is not a function' };
    expect(await send('POST', '/_sandbox/deploy', ASSEMBLY)).toEqual({ status: 500, said });
  });

  it.each(['', 'cdk.out', '[]', '{}', '{"assembly": 1}', '{"assembly": ""}'])(
    '%j - asks for an assembly',
    async (body) => {
      const { asked, send } = door();
      const said = { message: 'Say which cloud assembly to deploy: {"assembly": "cdk.out"}.' };
      expect(await send('POST', '/_sandbox/deploy', body)).toEqual({ status: 400, said });
      expect(asked).toEqual([]);
    },
  );
});

describe('other paths', () => {
  it.each([
    ['GET', '/_sandbox/deploy'],
    ['POST', '/_sandbox/deploy/now'],
    ['POST', '/_sandbox'],
    ['POST', '/_sandbox?x=1'],
  ])("%s %s - the sandbox's, and it has none such", async (method, path) => {
    const said = { message: `The sandbox has no ${method} ${path}. It has POST /_sandbox/deploy.` };
    expect(await door().send(method, path, ASSEMBLY)).toEqual({ status: 404, said });
  });

  it.each(['/', '/_sandboxes/deploy', '/2015-03-31/functions/f/invocations'])("%s - AWS's", async (path) => {
    expect(await door().send('POST', path)).toEqual({ status: 299, said: 'for AWS' });
  });
});
