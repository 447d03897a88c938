export { TOKEN_PREFIX } from './access-tokens.ts';
export type { CallRecord, CallsReport, ReportedCall } from './call-log.ts';
export type { Fault, ScriptRule } from './script.ts';
export {
  type Simulator,
  type SimulatorOptions,
  type SimulatorStats,
  startSimulator,
} from './simulator.ts';
export { SimulatorError, type SimulatorErrorCode } from './simulator-error.ts';
