import { useTranslation } from 'react-i18next'
import { UnseenNote } from '../app/unseen-note.tsx'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import { Input } from '../ui/input.tsx'
import { AuthFields } from './auth-fields.tsx'
import { ExternalIdField } from './external-id-field.tsx'
import { ServiceAppFields } from './service-app.tsx'
import { type Connecting, useConnect } from './use-connect.ts'
import { Ways } from './ways.tsx'

/** Makes a connection for a piece, or renews one. The piece checks what was typed before it is kept. */
export function ConnectDialog({ onClose, ...connecting }: Connecting & { onClose(): void }) {
  const { piece, existing } = connecting
  const { t } = useTranslation('connect')
  const { t: common } = useTranslation()
  const state = useConnect(connecting)
  const { auth, missing, reason, submit } = state
  return (
    <Dialog
      open
      shape="sheet"
      onClose={onClose}
      title={existing ? t('again', { name: existing.displayName }) : t('title', { piece: piece.displayName })}
      description={t('about', { piece: piece.displayName, version: piece.version })}
      footer={
        <>
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button kind="primary" busy={state.isBusy} onClick={submit}>
            {state.signsIn ? t('signIn', { piece: piece.displayName }) : t('connect')}
          </Button>
        </>
      }
    >
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          submit()
        }}
      >
        {!existing && <NameFields state={state} />}
        {state.auths.length > 1 && (
          <Ways auths={state.auths} chosen={state.way} pieceName={piece.displayName} onChoose={state.chooseWay} />
        )}
        {auth?.description && auth.type !== 'SECRET_TEXT' && (
          <p className="text-sm break-words whitespace-pre-wrap text-ink-2">{auth.description}</p>
        )}
        <UnseenNote />
        {/* A refusal belongs to the one value that was asked for; with several, nobody knows to which of them. */}
        {reason !== undefined && auth?.type !== 'SECRET_TEXT' && <Banner tone="failed">{reason}</Banner>}
        {state.otherHome && (
          <Banner tone="warning">{t('otherHome', { url: state.otherHome, here: location.origin })}</Banner>
        )}
        {auth?.type === 'OAUTH2' && (
          <ServiceAppFields service={state.service} redirectUrl={state.redirectUrl} missing={missing} />
        )}
        <AuthFields
          fields={state.fields}
          values={state.values}
          missing={missing}
          refused={auth?.type === 'SECRET_TEXT' && reason !== undefined ? { secret_text: reason } : {}}
          onChange={state.setTyped}
        />
        <button type="submit" hidden />
      </form>
    </Dialog>
  )
}

/** How people and flows find a new connection. */
function NameFields({ state }: { state: ReturnType<typeof useConnect> }) {
  const { t } = useTranslation('connect')
  const { id, missing } = state
  const idError = id.isTaken ? t('taken') : t('missing', { field: t('externalId') })
  return (
    <>
      <Field
        label={t('name')}
        required
        help={t('nameHelp')}
        error={missing.includes('displayName') ? t('missing', { field: t('name') }) : undefined}
      >
        <Input value={state.name} onValueChange={state.setName} />
      </Field>
      {!id.isPending && (
        <ExternalIdField
          value={id.externalId}
          error={missing.includes('externalId') ? idError : undefined}
          onChange={id.setExternalId}
        />
      )}
    </>
  )
}
