import { playShare, told } from '../properties/share.ts';
import { type Simulation, worldsOf } from './simulation.ts';

await playShare(worldsOf(told<Simulation>()));
