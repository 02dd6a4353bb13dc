import { createTrigger, type InputPropertyMap, type StaticPropsValue, TriggerStrategy } from '@piecework/framework'

interface Plan {
  cronExpression: string
  timezone: string
  /** The data of each tick. */
  event: Record<string, unknown>
}

interface ScheduleParams<P> {
  name: string
  displayName: string
  description: string
  props: P
  sampleData: Record<string, unknown>
  /** @throws for values out of range. */
  plan(values: StaticPropsValue<P>): Plan
}

/** A trigger that fires by the clock: the engine's scheduler ticks, and each tick is one event. */
export function createSchedule<P extends InputPropertyMap>(params: ScheduleParams<P>) {
  const { plan, ...declaration } = params
  return createTrigger({
    ...declaration,
    type: TriggerStrategy.POLLING,
    async onEnable({ propsValue, setSchedule }) {
      const { cronExpression, timezone } = plan(propsValue)
      setSchedule({ cronExpression, timezone })
    },
    async onDisable() {},
    run: async ({ propsValue }) => [plan(propsValue).event],
    test: async ({ propsValue }) => [plan(propsValue).event],
  })
}
