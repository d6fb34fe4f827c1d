import { AwsError } from '../errors.ts';
import type { Wire } from './dynalite.ts';
import { STREAM_VIEW_TYPES, type StreamViewType } from './stream.ts';
import type { TableChange } from './tables.ts';

const rejected = (message: string): AwsError => new AwsError('ValidationException', message);

const readSpecification = (input: Wire): StreamViewType | 'off' | undefined => {
  const { StreamSpecification: specification } = input;
  if (specification === undefined || specification === null) return undefined;
  const { StreamEnabled: isEnabled, StreamViewType: viewType } = specification as {
    readonly StreamEnabled?: unknown;
    readonly StreamViewType?: string;
  };
  if (typeof isEnabled !== 'boolean') {
    throw rejected(
      "1 validation error detected: Value null at 'streamSpecification.streamEnabled' failed to satisfy constraint: Member must not be null",
    );
  }
  if (!isEnabled) {
    if (viewType === undefined) return 'off';
    throw rejected('One or more parameter values were invalid: StreamViewType needs StreamEnabled to be true');
  }
  const known = STREAM_VIEW_TYPES.find((type) => type === viewType);
  if (known !== undefined) return known;
  throw rejected(
    viewType === undefined
      ? 'One or more parameter values were invalid: StreamEnabled needs a StreamViewType'
      : `1 validation error detected: Value '${viewType}' at 'streamSpecification.streamViewType' failed to satisfy constraint: Member must satisfy enum value set: [${STREAM_VIEW_TYPES.join(', ')}]`,
  );
};

/**
 * What the stream of a CreateTable shows, `undefined` where it wants none.
 *
 * @throws AwsError `ValidationException`
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_StreamSpecification.html
 */
export const readStreamSpecification = (input: Wire): StreamViewType | undefined => {
  const asked = readSpecification(input);
  return asked === 'off' ? undefined : asked;
};

/** What an UpdateTable asks for. @throws AwsError `ValidationException`, also where it asks for nothing. */
export const readTableChange = (input: Wire): TableChange => {
  const { DeletionProtectionEnabled: isProtected } = input;
  const stream = readSpecification(input);
  if (typeof isProtected !== 'boolean' && stream === undefined) {
    throw rejected('At least one of StreamSpecification or DeletionProtectionEnabled is required');
  }
  return {
    ...(typeof isProtected === 'boolean' && { isProtected }),
    ...(stream !== undefined && { stream }),
  };
};
