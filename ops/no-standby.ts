/** Nobody said where the standby region is. */
export class NoStandby extends Error {
  override readonly name = 'NoStandby';

  constructor() {
    super('Which region is the standby? Give --standby-region, or set STANDBY_REGION.');
  }
}
