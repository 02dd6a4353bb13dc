import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { queries } from './api/client.ts'
import { startShortcuts } from './app/actions.ts'
import { startTexts } from './app/i18n/index.ts'
import { startTheme } from './app/theme.ts'
import { startUpdates } from './app/update.ts'
import { router } from './router.tsx'
import './styles/index.css'

const App = () => (
  <QueryClientProvider client={queries}>
    <RouterProvider router={router} />
  </QueryClientProvider>
)

startTheme()
startShortcuts()
await startTexts()
startUpdates()
const place = document.getElementById('root')
if (place)
  createRoot(place).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
