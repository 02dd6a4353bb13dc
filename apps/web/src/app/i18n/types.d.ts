import 'i18next'
import type analytics from '../../locales/en/analytics.json'
import type automations from '../../locales/en/automations.json'
import type builder from '../../locales/en/builder.json'
import type common from '../../locales/en/common.json'
import type connect from '../../locales/en/connect.json'
import type connections from '../../locales/en/connections.json'
import type fields from '../../locales/en/fields.json'
import type forms from '../../locales/en/forms.json'
import type invite from '../../locales/en/invite.json'
import type pieces from '../../locales/en/pieces.json'
import type platform from '../../locales/en/platform.json'
import type runs from '../../locales/en/runs.json'
import type settings from '../../locales/en/settings.json'
import type signIn from '../../locales/en/sign-in.json'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common'
    // A key that is not in the English files does not compile.
    resources: {
      common: typeof common
      'sign-in': typeof signIn
      analytics: typeof analytics
      automations: typeof automations
      builder: typeof builder
      runs: typeof runs
      connections: typeof connections
      connect: typeof connect
      fields: typeof fields
      forms: typeof forms
      invite: typeof invite
      pieces: typeof pieces
      settings: typeof settings
      platform: typeof platform
    }
  }
}
