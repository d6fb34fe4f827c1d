import { EVENT_SOURCE } from './source.ts';

const DETAIL_TYPE = 'Notice Unreadable';

/** Matches {@link NoticeUnreadable} on the bus. */
export const NOTICE_UNREADABLE_PATTERN = { source: [EVENT_SOURCE], detailType: [DETAIL_TYPE] };

/** The event's detail: a notice from which no ids could be taken. It goes to the intake's dead-letter queue, with the reason. */
export interface NoticeUnreadable {
  readonly detailType: typeof DETAIL_TYPE;
  readonly schemaVersion: 1;
  /** The message's id in the intake queue. */
  readonly messageId: string;
  readonly problem: string;
  /** The notice's beginning; customers may have written in it. */
  readonly excerpt: string;
}

/** The detail for one notice. */
export const noticeUnreadable = (notice: {
  readonly messageId: string;
  readonly problem: string;
  readonly excerpt: string;
}): NoticeUnreadable => ({
  detailType: DETAIL_TYPE,
  schemaVersion: 1,
  messageId: notice.messageId,
  problem: notice.problem,
  excerpt: notice.excerpt,
});
