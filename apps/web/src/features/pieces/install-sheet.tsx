import { useMutation, useQueryClient } from '@tanstack/react-query'
import { FileArchive } from 'lucide-react'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { errorText, referenceOf } from '../../api/error-text.ts'
import { uploadClient } from '../../api/upload.ts'
import { FormSheet } from '../../app/form-sheet.tsx'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { Input } from '../../ui/input.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { notify } from '../../ui/toast.tsx'

type Source = 'REGISTRY' | 'ARCHIVE'

const VERSION = /^\d+\.\d+\.\d+$/

/** Brings a piece from the npm registry, or from a file. */
export function InstallSheet({ onClose }: { onClose(): void }) {
  const { t } = useTranslation('pieces')
  const { t: common } = useTranslation()
  const queries = useQueryClient()
  const picker = useRef<HTMLInputElement>(null)
  const [source, setSource] = useState<Source>('REGISTRY')
  const [name, setName] = useState('')
  const [version, setVersion] = useState('')
  const [file, setFile] = useState<File>()
  /** The share of the file that the server has. */
  const [sent, setSent] = useState(0)
  const [isAsked, setAsked] = useState(false)

  const install = useMutation({
    mutationFn: () => {
      setSent(0)
      if (source === 'REGISTRY')
        return client.pieces.install({
          body: { pieceName: name, pieceVersion: version, packageType: 'REGISTRY', scope: 'PLATFORM' },
        })
      const form = new FormData()
      form.append('packageType', 'ARCHIVE')
      form.append('scope', 'PLATFORM')
      if (file) form.append('pieceArchive', file)
      return uploadClient(setSent).pieces.install({ body: form })
    },
    onSuccess: ({ displayName, version: installed }) => {
      notify({ text: t('installed', { name: displayName, version: installed }) })
      void queries.invalidateQueries({ queryKey: ['pieces'] })
      onClose()
    },
  })
  const errors = {
    name: name === '' ? t('packageMissing') : undefined,
    version: VERSION.test(version) ? undefined : t('versionInvalid'),
    file: file ? undefined : t('fileMissing'),
  }
  const isReady = source === 'REGISTRY' ? !errors.name && !errors.version : !errors.file
  const submit = (): void => {
    setAsked(true)
    if (isReady && !install.isPending) install.mutate()
  }
  return (
    <FormSheet
      title={t('install')}
      description={source === 'REGISTRY' ? t('installText') : t('archiveText')}
      send={install.isPending ? t('installing') : t('install')}
      busy={install.isPending}
      onSend={submit}
      onClose={onClose}
    >
      <div>
        <Segmented
          label={t('source')}
          value={source}
          options={[
            { value: 'REGISTRY', label: t('byName') },
            { value: 'ARCHIVE', label: t('fromArchive') },
          ]}
          onChange={(next) => {
            setSource(next)
            setAsked(false)
            install.reset()
          }}
        />
      </div>
      {install.error && (
        <Banner tone="failed">
          <p className="font-medium">{t('installFailed')}</p>
          <p className="mt-1 whitespace-pre-wrap">{errorText(install.error, common)}</p>
          {referenceOf(install.error) && <p className="mt-1 font-mono text-xs">{referenceOf(install.error)}</p>}
        </Banner>
      )}
      {source === 'REGISTRY' ? (
        <>
          <Field label={t('package')} help={t('packageHelp')} error={isAsked ? errors.name : undefined}>
            <Input mono autoFocus value={name} onValueChange={(next) => setName(next.trim())} />
          </Field>
          <Field label={t('version')} error={isAsked ? errors.version : undefined}>
            <Input mono placeholder="1.2.3" value={version} onValueChange={(next) => setVersion(next.trim())} />
          </Field>
        </>
      ) : (
        <Field label={t('archive')} help={t('archiveHelp')} error={isAsked ? errors.file : undefined}>
          <div className="flex min-w-0 items-center gap-3">
            <input
              ref={picker}
              type="file"
              accept=".tgz,.tar.gz,application/gzip"
              aria-label={t('archive')}
              className="sr-only"
              onChange={({ target }) => {
                setFile(target.files?.[0])
                install.reset()
              }}
            />
            <Button icon={FileArchive} onClick={() => picker.current?.click()}>
              {t('chooseFile')}
            </Button>
            <span className="min-w-0 truncate text-sm text-ink-2">{file?.name ?? t('noFile')}</span>
          </div>
        </Field>
      )}
      {install.isPending && <Progress sent={source === 'ARCHIVE' ? sent : 1} />}
    </FormSheet>
  )
}

/** How far the file is; then the server reads the piece, and nobody knows how long that takes. */
function Progress({ sent }: { sent: number }) {
  const { t, i18n } = useTranslation('pieces')
  const isSending = sent < 1
  const share = new Intl.NumberFormat(i18n.language, { style: 'percent' }).format(sent)
  return (
    <div className="flex flex-col gap-1.5">
      <progress
        aria-label={t('installing')}
        {...(isSending ? { value: sent } : {})}
        className="h-1.5 w-full overflow-hidden rounded-full accent-accent"
      />
      <p role="status" className="text-sm text-ink-2">
        {isSending ? t('sending', { share }) : t('reading')}
      </p>
    </div>
  )
}
