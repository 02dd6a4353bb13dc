import { NO_BRAND_COLOUR } from '@piecework/model/brand/accents'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../../api/client.ts'
import { errorText } from '../../../api/error-text.ts'
import type { Platform } from '../../../api/platform.ts'
import { chosenImage } from '../../../api/theme-brand.ts'
import { Banner } from '../../../ui/banner.tsx'
import { Button } from '../../../ui/button.tsx'
import { Field } from '../../../ui/field.tsx'
import { Input } from '../../../ui/input.tsx'
import { notify } from '../../../ui/toast.tsx'
import { ImageField } from './image-field.tsx'
import { IMAGE_NAMES, IMAGES, type ImageName, refusedField } from './image-rules.ts'
import { Preview } from './preview.tsx'

/** An image that was chosen, or null for one that is to go. */
type Images = Partial<Record<ImageName, File | null>>

const COLOUR = /^#[0-9a-f]{6}$/i

export function BrandingForm({ platform }: { platform: Platform }) {
  const { t } = useTranslation('platform')
  const { t: common } = useTranslation()
  const queries = useQueryClient()
  const [name, setName] = useState(platform.name)
  const [colour, setColour] = useState(platform.primaryColor)
  const [images, setImages] = useState<Images>({})
  const save = useMutation({
    mutationFn: () => client.platforms.update({ params: { id: platform.id }, body: formOf(name, colour, images) }),
    onSuccess: async () => {
      await Promise.all(
        ['platform', 'platforms', 'flags'].map((noun) => queries.invalidateQueries({ queryKey: [noun] })),
      )
      notify({ text: common('saved') })
    },
  })
  const refused = refusedField(save.error)
  const said = (field: string): string | undefined =>
    refused === field && save.error ? errorText(save.error, common) : undefined
  const nameProblem = name.trim() === '' ? t('branding.nameMissing') : said('name')
  const colourProblem = COLOUR.test(colour) ? said('primaryColor') : t('branding.colourInvalid')
  const isAtField = refused !== undefined && ['name', 'primaryColor', ...IMAGE_NAMES].includes(refused)
  const isChanged = name !== platform.name || colour !== platform.primaryColor || Object.keys(images).length > 0
  return (
    <form
      noValidate
      className="flex flex-col gap-5"
      onSubmit={(event) => {
        event.preventDefault()
        if (name.trim() !== '' && COLOUR.test(colour)) save.mutate()
      }}
    >
      {save.error && !isAtField && <Banner tone="failed">{errorText(save.error, common)}</Banner>}
      <Field label={common('name')} required error={nameProblem} help={t('branding.nameHelp')} className="max-w-120">
        <Input value={name} maxLength={100} onValueChange={setName} />
      </Field>
      <div className="flex flex-col gap-3">
        <div className="flex max-w-120 items-start gap-2">
          <Field label={t('branding.colour')} error={colourProblem} help={t('branding.colourHelp')} className="flex-1">
            <div className="flex gap-2">
              <input
                type="color"
                aria-label={t('branding.pick')}
                value={COLOUR.test(colour) ? colour : NO_BRAND_COLOUR}
                onChange={({ target }) => setColour(target.value)}
                className="h-8 w-11 shrink-0 cursor-pointer rounded-md border border-line-control bg-control p-1 max-sm:h-11"
              />
              <Input mono maxLength={7} value={colour} onValueChange={(text) => setColour(text.trim())} />
              {colour !== NO_BRAND_COLOUR && (
                <Button onClick={() => setColour(NO_BRAND_COLOUR)}>{t('branding.usual')}</Button>
              )}
            </div>
          </Field>
        </div>
        <Preview colour={colour} />
      </div>
      {IMAGE_NAMES.map((image) => {
        const chosen = images[image]
        return (
          <ImageField
            key={image}
            label={t(`branding.images.${image}`)}
            help={t(`branding.imageHelp.${image}`)}
            error={said(image)}
            file={chosen ?? undefined}
            link={chosen === null ? undefined : chosenImage(platform[IMAGES[image]])}
            onChange={(file) => {
              save.reset()
              setImages((known) => ({ ...known, [image]: file }))
            }}
          />
        )
      })}
      <div>
        <Button kind="primary" type="submit" busy={save.isPending} disabled={!isChanged}>
          {common('save')}
        </Button>
      </div>
    </form>
  )
}

function formOf(name: string, colour: string, images: Images): FormData {
  const body = new FormData()
  body.append('name', name.trim())
  body.append('primaryColor', colour)
  for (const image of IMAGE_NAMES) {
    const chosen = images[image]
    if (chosen) body.append(image, chosen)
    else if (chosen === null) body.append('removedImages', image)
  }
  return body
}
