import type { CampaignOptions } from './campaign.ts';
import { playShare, told } from './share.ts';

const { assembly, seed } = told<Pick<CampaignOptions, 'assembly' | 'seed'>>();
await playShare({ assembly, seed });
