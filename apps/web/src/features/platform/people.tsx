import { useInfiniteQuery } from '@tanstack/react-query'
import { UserPlus } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { peopleQuery } from '../../api/people.ts'
import { Loaded } from '../../app/query-state.tsx'
import { SectionHead } from '../../app/shell/sections.tsx'
import { ShowMore } from '../../app/show-more.tsx'
import { Invitations } from '../../invite/invitations.tsx'
import { InviteSheet } from '../../invite/invite-sheet.tsx'
import { Button } from '../../ui/button.tsx'
import { RowsSkeleton } from '../../ui/rows-skeleton.tsx'
import { ActsTh, Table, Th } from '../../ui/table.tsx'
import { CodeDialog, type ShownCode } from './code-dialog.tsx'
import { Person } from './person.tsx'
import { SecondFactorRule } from './second-factor-rule.tsx'

/** Who belongs to the platform, and who is invited to. */
export function People() {
  const { t } = useTranslation('platform')
  const { t: invite } = useTranslation('invite')
  const people = useInfiniteQuery(peopleQuery)
  const [isInviting, setInviting] = useState(false)
  const [code, setCode] = useState<ShownCode>()
  return (
    <>
      <SectionHead
        title={t('people.title')}
        text={t('people.text')}
        actions={
          <Button kind="primary" icon={UserPlus} onClick={() => setInviting(true)}>
            {invite('title')}
          </Button>
        }
      />
      <Loaded query={people} skeleton={<RowsSkeleton />}>
        {(list) => (
          <>
            <Table label={t('people.title')}>
              <thead>
                <tr>
                  <Th>{t('people.person')}</Th>
                  <Th className="w-36 max-sm:w-32">{t('people.role')}</Th>
                  <Th className="w-24 max-sm:hidden">{t('people.active')}</Th>
                  <Th className="w-28 max-md:hidden">{t('people.lastHere')}</Th>
                  <ActsTh className="w-12" />
                </tr>
              </thead>
              <tbody>
                {list.map((person) => (
                  <Person key={person.id} person={person} onCode={setCode} />
                ))}
              </tbody>
            </Table>
            <ShowMore list={people} />
          </>
        )}
      </Loaded>
      <Invitations />
      <SecondFactorRule />
      {isInviting && <InviteSheet onClose={() => setInviting(false)} />}
      {code && <CodeDialog code={code} onClose={() => setCode(undefined)} />}
    </>
  )
}
