import { accentsOf, NO_BRAND_COLOUR } from '@piecework/model/brand/accents'
import { ownLogoOf } from '../platforms/brand.ts'

/** A mail before it has a sender: plain, and as HTML. */
export interface Mail {
  to: string
  subject: string
  text: string
  html: string
}

interface Brand {
  name: string
  primaryColor: string
  fullLogoUrl: string
}

export interface InvitationMail {
  to: string
  brand: Brand
  /** The address of who invites; undefined for a program. */
  inviter: string | undefined
  /** The name of the project; undefined for an invitation to the platform. */
  project: string | undefined
  role: string
  link: string
}

export function invitationMail({ to, brand, inviter, project, role, link }: InvitationMail): Mail {
  const place = project === undefined ? brand.name : `${project} at ${brand.name}`
  return layOut(brand, {
    to,
    subject: `You are invited to ${place}`,
    lines: [`${inviter ?? 'An administrator'} invites you to ${place}, as ${role.toLowerCase()}.`],
    action: 'Accept the invitation',
    link,
    end: 'The link is valid for seven days. If you do not know what this is about, ignore this mail.',
  })
}

export interface CodeMail {
  to: string
  brand: Brand
  type: 'EMAIL_VERIFICATION' | 'PASSWORD_RESET'
  code: string
  link: string
}

export function codeMail({ to, brand, type, code, link }: CodeMail): Mail {
  const isReset = type === 'PASSWORD_RESET'
  return layOut(brand, {
    to,
    subject: isReset ? `Set a new password for ${brand.name}` : `Verify your address for ${brand.name}`,
    lines: [
      isReset ? 'Somebody asked for a new password for this address.' : 'Somebody signed up with this address.',
      `Your one-time code is ${code}`,
    ],
    action: isReset ? 'Set a new password' : 'Verify the address',
    link,
    end: 'The code is valid for an hour. If it was not you, ignore this mail: nothing changes.',
  })
}

export interface WelcomeMail {
  to: string
  brand: Brand
  firstName: string
  /** The way in. */
  link: string
}

/** For somebody whom the directory of the company added. */
export function welcomeMail({ to, brand, firstName, link }: WelcomeMail): Mail {
  return layOut(brand, {
    to,
    subject: `Welcome to ${brand.name}`,
    lines: [`Hello ${firstName}, your organization gave you an account at ${brand.name}.`],
    action: 'Sign in',
    link,
    end: 'You sign in with the account of your organization. You get this mail once.',
  })
}

interface AlertMail {
  to: string
  brand: Brand
  project: string
  title: string
  lines: readonly string[]
  link: string
}

export function alertMail({ to, brand, project, title, lines, link }: AlertMail): Mail {
  return layOut(brand, {
    to,
    subject: `${title} (${project})`,
    lines: [`${title}, in the project ${project}.`, ...lines],
    action: 'Look at it',
    link,
    end: `You get this mail because your address is a receiver of alerts of ${project}.`,
  })
}

interface Content {
  to: string
  subject: string
  lines: readonly string[]
  action: string
  link: string
  end: string
}

function layOut(brand: Brand, { to, subject, lines, action, link, end }: Content): Mail {
  // Mails are shown on white, and the words of the button are white.
  const color = accentsOf(brand.primaryColor)?.light['--accent'] ?? NO_BRAND_COLOUR
  const logo = ownLogoOf(brand)
  const head = logo
    ? `<p><img src="${escapeHtml(logo)}" alt="${escapeHtml(brand.name)}" height="32" style="max-height: 32px; max-width: 240px"></p>\n    `
    : ''
  const paragraphs = lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('\n    ')
  return {
    to,
    subject: subject.replace(/\s+/g, ' '),
    text: `${[...lines, `${action}: ${link}`, end].join('\n\n')}\n`,
    html: `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>
  <body style="font-family: sans-serif; font-size: 16px; line-height: 1.5; color: #1c1c1f; max-width: 560px; margin: 24px auto">
    ${head}${paragraphs}
    <p><a href="${escapeHtml(link)}" style="display: inline-block; padding: 10px 16px; border-radius: 6px; background: ${color}; color: #ffffff; text-decoration: none">${escapeHtml(action)}</a></p>
    <p style="font-size: 13px; color: #6b6b76">${escapeHtml(end)}</p>
  </body>
</html>
`,
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
