import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './kit/frame/tokens.css';
import './kit/frame/base.css';
import { queryClient } from './live/queries.ts';
import { router } from './routes.tsx';

const place = document.getElementById('page');
if (place === null) throw new Error('The page has no place to go.');
createRoot(place).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
