import { machineTime } from '../run/worker-messages.ts';

const WIDTH = 30;

/** How far something is, drawn over and over on one line of standard error. */
export interface ProgressBar {
  advance(more: number): void;
  /** Says something above it. */
  say(line: string): void;
  /** Takes the line away. */
  clear(): void;
}

/** Seconds between two lines where nobody sees a bar. */
const LINE_EVERY = 60;

/** A bar on a terminal; elsewhere a line a minute. */
export const progressBar = (whole: number, what: string): ProgressBar => {
  const begun = machineTime();
  let done = 0;
  const secondsSince = (): number => Math.max(0.001, (machineTime() - begun) / 1000);
  if (!process.stderr.isTTY) {
    let lines = 0;
    const advance = (more: number): void => {
      done += more;
      if (secondsSince() < (lines + 1) * LINE_EVERY) return;
      lines = Math.floor(secondsSince() / LINE_EVERY);
      process.stderr.write(`${done} of ${whole} ${what}, ${(done / secondsSince()).toFixed(1)} a second\n`);
    };
    return { advance, say: (line) => process.stderr.write(`${line}\n`), clear: () => undefined };
  }
  const draw = (): void => {
    const rate = done / secondsSince();
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
    say: (line) => {
      process.stderr.write(`\r\u001b[K${line}\n`);
      draw();
    },
    clear: () => process.stderr.write('\r\u001b[K'),
  };
};
