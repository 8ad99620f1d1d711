import { useState } from 'react'
import { useMessages } from '../../i18n/use-messages.ts'
import { Page } from '../../ui/page.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { systemMessages } from './messages/system.ts'
import { ConfigEditor } from './parts/config-editor.tsx'
import { ConfigVersions } from './parts/config-versions.tsx'
import { SystemState } from './parts/system-state.tsx'

type Tab = 'state' | 'config' | 'versions'

export function SystemPage() {
  const t = useMessages(systemMessages)
  const [tab, setTab] = useState<Tab>('state')
  return (
    <Page title={t('title')} description={t('description')}>
      <Tabs<Tab>
        label={t('title')}
        value={tab}
        onChange={setTab}
        tabs={[
          { value: 'state', label: t('tabState'), panel: <SystemState /> },
          { value: 'config', label: t('tabConfig'), panel: <ConfigEditor /> },
          { value: 'versions', label: t('tabVersions'), panel: <ConfigVersions /> },
        ]}
      />
    </Page>
  )
}
