import { kindOf } from '@piecework/model/flow/kinds/registry'
import type { VersionOperation } from '@piecework/model/flow/operations/registry'
import { isPieceStep, partOf } from '@piecework/model/flow/piece-step'
import type { Step } from '@piecework/model/flow/step'
import { walk } from '@piecework/model/flow/walk'
import type { ActionMetadata, TriggerMetadata } from '@piecework/model/piece/metadata'
import { useQuery } from '@tanstack/react-query'
import { useCallback, useMemo, useRef } from 'react'
import { pieceQuery } from '../../api/piece.ts'
import type { Piece } from '../../connect/auth-of.ts'
import { earlierSteps } from '../data/earlier-steps.ts'
import type { Sample } from '../data/evaluate.ts'
import { usePicker } from '../data/picker-state.ts'
import { useSources } from '../data/samples.ts'
import { useBuilder, useBuilderStore } from '../state/provider.tsx'
import type { Refusal } from '../state/types.ts'
import { shownKindOf } from '../steps/kinds/registry.ts'
import type { StepContextValue } from './step-context.ts'
import { changedStep, lookupOf, type StepChange } from './step-edit.ts'

/** @param field what is edited: edits of one field that follow each other are undone together */
export type ChangeStep = (change: StepChange, field: string) => void

interface StepPlace {
  context: StepContextValue
  change: ChangeStep
  apply(operation: VersionOperation): void
  piece: Piece | undefined
  part: ActionMetadata | TriggerMetadata | undefined
  /** The answer of the server to an edit of this step that it refused, unless it shows at the field that it names. */
  refused: { field: string | undefined; reason: string; value: string | undefined } | undefined
}

/** Everything that the settings of a step need, and what edits it. */
export function useStepPlace(step: Step): StepPlace {
  const builder = useBuilderStore()
  const flow = useBuilder((state) => state.flow)
  const version = useBuilder((state) => state.version)
  const isReadOnly = useBuilder((state) => state.isReadOnly)
  const refusal = useBuilder((state) => state.refusals.findLast(({ stepName }) => stepName === step.name))
  const latest = useRef(step)
  latest.current = step
  /** The properties that dynamic properties loaded. The next edit saves them: looking at a step does not change it. */
  const schemas = useRef<Record<string, unknown>>({})

  const settings = isPieceStep(step) ? step.settings : undefined
  const { data: piece } = useQuery({
    ...pieceQuery(settings?.pieceName ?? '', settings?.pieceVersion ?? '', flow.projectId),
    enabled: settings !== undefined && settings.pieceName !== '',
  })
  const part = useMemo(() => partOfStep(step, piece), [step, piece])

  const change: ChangeStep = useCallback(
    (edit, field) => {
      const now = latest.current
      const whole = withSchemas(now, edit, schemas.current)
      builder.apply(changedStep(now, whole, piece), { merge: `${now.name}.${field}` })
    },
    [builder, piece],
  )
  const apply = useCallback((operation: VersionOperation) => void builder.apply(operation), [builder])

  const place = useMemo(
    () => ({ projectId: flow.projectId, flowId: flow.id, flowVersionId: version.id }),
    [flow.projectId, flow.id, version.id],
  )
  const steps = useMemo(() => new Map([...walk(version.trigger)].map((one) => [one.name, one])), [version.trigger])
  const earlier = useMemo(() => earlierSteps(version.trigger, step.name), [version.trigger, step.name])
  const isPicking = usePicker((state) => state.isOpen)
  const wanted = useMemo(() => wantedNames(step, earlier, isPicking), [step, earlier, isPicking])
  const sources = useSources(earlier, place, wanted)
  const samples = useMemo(() => {
    const known = new Map(sources.map(({ step: source, sample }) => [source.name, sample]))
    return (name: string): Sample | undefined => known.get(name)
  }, [sources])
  const problems = useMemo(() => {
    // While the piece is loading, nobody knows what it asks for.
    if (settings !== undefined && !piece) return []
    const lookup = lookupOf(piece, settings?.pieceName ?? '', settings?.pieceVersion ?? '')
    return [...kindOf(step).problems(step, lookup)]
  }, [step, piece, settings])

  const atField = useMemo(() => refusedField(refusal, part), [refusal, part])
  const context = useMemo((): StepContextValue => {
    const saved = settings?.propertySettings ?? {}
    return {
      ...{ place, step, sources, steps, samples, problems, isReadOnly, refused: atField },
      modeOf: (path) => saved[path]?.type,
      setMode(path, type, value) {
        const now = latest.current
        if (path.includes('.') || !isPieceStep(now)) return
        const input = { ...now.settings.input, [path]: value }
        const propertySettings = { ...now.settings.propertySettings }
        propertySettings[path] = { ...propertySettings[path], type }
        change({ settings: { input, propertySettings } }, `mode.${path}`)
      },
      keepSchema(path, schema) {
        if (!path.includes('.')) schemas.current[path] = schema
      },
    }
  }, [place, step, sources, steps, samples, problems, isReadOnly, atField, settings, change])

  return {
    ...{ context, change, apply, piece, part },
    refused: atField ? undefined : refusal && { field: refusal.field, reason: refusal.reason, value: refusal.value },
  }
}

/** The field of the panel that a refusal names; undefined when it names none of them. */
function refusedField(refusal: Refusal | undefined, part: ActionMetadata | TriggerMetadata | undefined) {
  const path = refusal?.field?.replace(/^(?:(?:request|action|settings|input)\.)+/, '')
  if (!refusal || path === undefined) return undefined
  const isShown = part !== undefined && Object.hasOwn(part.props, path.split('.')[0] ?? '')
  return isShown ? { path, reason: refusal.reason } : undefined
}

/** The edit with what dynamic properties gave for the fields of the step. */
function withSchemas(step: Step, edit: StepChange, schemas: Readonly<Record<string, unknown>>): StepChange {
  if (!isPieceStep(step) || !edit.settings) return edit
  const propertySettings = { ...step.settings.propertySettings, ...edit.settings.propertySettings }
  for (const [path, schema] of Object.entries(schemas))
    propertySettings[path] = { type: 'MANUAL', ...propertySettings[path], schema }
  return { ...edit, settings: { ...edit.settings, propertySettings } }
}

function partOfStep(step: Step, piece: Piece | undefined): ActionMetadata | TriggerMetadata | undefined {
  const used = kindOf(step).piece(step)
  return piece && used ? partOf(piece, used.part, used.name ?? '') : undefined
}

/** Whose data is loaded: of all while data is picked, else of those that the settings name, and what their first outputs follow from. */
function wantedNames(step: Step, earlier: readonly Step[], isPicking: boolean): Set<string> {
  if (isPicking) return new Set(earlier.map(({ name }) => name))
  const wanted = new Set<string>()
  let texts = [...kindOf(step).texts(step)].join('\n')
  for (const source of earlier) {
    if (!texts.includes(source.name)) continue
    wanted.add(source.name)
    if (shownKindOf(source).firstOutput) texts += `\n${[...kindOf(source).texts(source)].join('\n')}`
  }
  return wanted
}
