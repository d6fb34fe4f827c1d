import { machineTime } from '../run/worker-messages.ts';

const WIDTH = 30;

/** How far something is, drawn over and over on one line of standard error. */
export interface ProgressBar {
  advance(more: number): void;
  /** Takes the line away. */
  clear(): void;
}

/** A bar on a terminal; nothing where standard error is none. */
export const progressBar = (whole: number, what: string): ProgressBar => {
  const begun = machineTime();
  let done = 0;
  if (!process.stderr.isTTY) return { advance: () => undefined, clear: () => undefined };
  const draw = (): void => {
    const rate = done / Math.max(0.001, (machineTime() - begun) / 1000);
    const filled = Math.min(WIDTH, Math.round((done / whole) * WIDTH));
    const left = rate === 0 ? '' : `, ${Math.ceil((whole - done) / rate)} s left`;
    const bar = `${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}`;
    process.stderr.write(`\r\u001b[K[${bar}] ${done} of ${whole} ${what}, ${rate.toFixed(1)} a second${left}`);
  };
  draw();
  return {
    advance: (more) => {
      done += more;
      draw();
    },
    clear: () => process.stderr.write('\r\u001b[K'),
  };
};
