import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** Folders of the top level that hold nothing written by hand. Those whose name begins with a dot are passed over too. */
const NOT_OURS = new Set(['node_modules', 'cdk.out', 'coverage']);

/**
 * The files below a folder whose name ends in `suffix`, so that a check can say what it ought to have looked at.
 *
 * @returns Paths relative to the folder with `/` between the parts, sorted: `['functions/domain/types.ts', ...]`.
 */
export const filesEndingWith = (root: string, suffix: string): string[] =>
  readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !NOT_OURS.has(entry.name))
    .flatMap((folder) =>
      readdirSync(join(root, folder.name), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name.endsWith(suffix))
        .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/')),
    )
    .sort();

/** The part of a path before its first `/`: `functions/domain/types.ts` is in `functions`. */
export const topFolder = (file: string): string => file.slice(0, file.indexOf('/'));
