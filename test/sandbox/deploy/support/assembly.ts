import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** An asset as CDK lists it: its hash, and the directory inside the assembly. */
export interface Asset {
  readonly hash: string;
  readonly path: string;
}

/** Where a stack is to be deployed, and after which others. */
export interface Place {
  readonly region: string;
  readonly needs?: readonly string[];
}

/**
 * Writes a cloud assembly as `cdk synth` would, for the time of one test; gives its directory.
 *
 * @param places by stack name; a stack without one leaves it open, as an app does that names no environment.
 */
export const writeAssembly = (
  stacks: Readonly<Record<string, object>>,
  assets: readonly Asset[] = [],
  places: Readonly<Record<string, Place>> = {},
): string => {
  const directory = mkdtempSync(join(tmpdir(), 'assembly-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const write = (file: string, content: object): void => writeFileSync(join(directory, file), JSON.stringify(content));
  write('manifest.json', {
    version: '48.0.0',
    artifacts: Object.fromEntries(
      Object.keys(stacks).flatMap((name) => [
        [`${name}.assets`, { type: 'cdk:asset-manifest', properties: { file: `${name}.assets.json` } }],
        [
          name,
          {
            type: 'aws:cloudformation:stack',
            environment: `aws://123456789012/${places[name]?.region ?? 'unknown-region'}`,
            properties: { templateFile: `${name}.template.json` },
            dependencies: [`${name}.assets`, ...(places[name]?.needs ?? [])],
          },
        ],
      ]),
    ),
  });
  for (const [name, template] of Object.entries(stacks)) {
    write(`${name}.template.json`, template);
    write(`${name}.assets.json`, {
      version: '48.0.0',
      files: Object.fromEntries(
        assets.map(({ hash, path }) => [
          hash,
          {
            source: { path, packaging: 'zip' },
            destinations: {
              '123456789012-us-west-2': {
                bucketName: 'cdk-hnb659fds-assets-123456789012-us-west-2',
                objectKey: `${hash}.zip`,
              },
            },
          },
        ]),
      ),
      dockerImages: {},
    });
  }
  for (const { path } of assets) mkdirSync(join(directory, path), { recursive: true });
  return directory;
};
