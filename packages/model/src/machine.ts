import { z } from 'zod'

/** The report of a worker about its machine. */
export const MachineInformation = z.object({
  cpuUsagePercentage: z.number(),
  ramUsagePercentage: z.number(),
  totalAvailableRamInBytes: z.number(),
  totalCpuCores: z.number(),
  ip: z.string(),
  diskInfo: z.object({ total: z.number(), free: z.number(), used: z.number(), percentage: z.number() }),
  workerId: z.string(),
  workerProps: z.record(z.string(), z.string()),
})
export type MachineInformation = z.infer<typeof MachineInformation>
