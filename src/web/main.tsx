import '@mantine/core/styles.css';
import './shell/shell.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { isNotFound, RouterProvider } from '@tanstack/react-router';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './client.ts';
import { router } from './routes.tsx';
import { cssVariables, theme } from './theme.ts';

// The policy permits only those of our own style elements that carry this answer's nonce.
const nonce = document.querySelector('meta[name="style-nonce"]')?.getAttribute('content') ?? '';
setNonce(nonce);

const root = document.getElementById('root');
if (!root) throw new Error('index.html lacks #root');
// What is not found is shown as such, and is no fault of the page's.
const onCaughtError = (error: unknown) => {
  if (!isNotFound(error)) console.error(error);
};
createRoot(root, { onCaughtError }).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
