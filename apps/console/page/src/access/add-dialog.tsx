import type { Role } from '@libby-dialer/http-api';
import { useState } from 'react';
import { ChoiceField, TextField, TickField } from '../kit/fields/fields.tsx';
import { ActionDialog } from '../kit/frame/action-dialog.tsx';
import { client } from '../live/api.ts';
import { campaignsIn, ROLE_WORDS } from './access-words.ts';
import { TokenShown } from './token-shown.tsx';

interface AddDialogProps {
  /** Nobody is let in by name yet, not even who does this. */
  readonly isFirst: boolean;
  readonly onClose: () => void;
}

interface Form {
  readonly name: string;
  readonly role: Role;
  /** As typed. */
  readonly campaigns: string;
  readonly sso: boolean;
}

const FIRST: Form = { name: '', role: 'admin', campaigns: '', sso: false };
const FURTHER: Form = { ...FIRST, role: 'viewer' };

/** Lets somebody in. Their token is shown here, this once. */
export function AddDialog({ isFirst: isFirstNow, onClose }: AddDialogProps) {
  // As it was when somebody began: with the first name it is so no more.
  const [isFirst] = useState(isFirstNow);
  const [form, setForm] = useState(isFirst ? FIRST : FURTHER);
  const [token, setToken] = useState<string | null>(null);
  return (
    <ActionDialog
      title={isFirst ? 'Let yourself in first' : 'Let somebody in'}
      doIt="Let in"
      doing="Letting in."
      isReady={isFilled(form)}
      result={token !== null && <TokenShown token={token} />}
      onClose={onClose}
      action={async () => {
        const added = await client.request('POST /access', { body: bodyOf(form) });
        // Shown whatever comes then: it is nowhere else.
        setToken(added.token);
        const isLoggedIn = isFirst && (await logIn(added.token));
        return [addedText(form, isLoggedIn)];
      }}
    >
      {isFirst && (
        <p>
          From the first name on, this page asks everybody who they are, you too. So the first is
          you, as admin; you are logged in with it at once.
        </p>
      )}
      <Inputs form={form} isFirst={isFirst} onChange={setForm} />
    </ActionDialog>
  );
}

interface InputsProps {
  readonly form: Form;
  readonly isFirst: boolean;
  readonly onChange: (form: Form) => void;
}

function Inputs({ form, isFirst, onChange }: InputsProps) {
  const { name, role, campaigns, sso } = form;
  const change = (part: Partial<Form>) => onChange({ ...form, ...part });
  return (
    <>
      <TextField
        label="Name"
        hint="Of a person or a program: letters, digits, and . @ _ -"
        value={name}
        onChange={(text) => change({ name: text.trim() })}
      />
      {!isFirst && (
        <ChoiceField
          label="Role"
          hint={ROLE_WORDS[role]}
          value={role}
          options={(Object.keys(ROLE_WORDS) as Role[]).map((each) => [each, each])}
          onChange={(chosen) => change({ role: chosen })}
        />
      )}
      {role === 'push' && (
        <TextField
          label="Campaigns"
          hint="It may queue calls in these. Several: separated by commas."
          value={campaigns}
          onChange={(text) => change({ campaigns: text })}
        />
      )}
      {!isFirst && (
        <TickField isTicked={sso} onChange={(ticked) => change({ sso: ticked })}>
          No token: a trusted proxy vouches for them by this name
        </TickField>
      )}
    </>
  );
}

function isFilled({ name, role, campaigns }: Form): boolean {
  return name !== '' && (role !== 'push' || campaignsIn(campaigns).length > 0);
}

function bodyOf({ name, role, campaigns, sso }: Form) {
  return { name, role, sso, ...(role === 'push' && { campaigns: campaignsIn(campaigns) }) };
}

/** Or the page would ask for the token, unread. Resolves to whether it worked. */
async function logIn(token: string | null): Promise<boolean> {
  if (token === null) return false;
  return await client.request('POST /session', { body: { token } }).then(
    () => true,
    () => false,
  );
}

function addedText({ name, role, sso }: Form, isLoggedIn: boolean): string {
  if (isLoggedIn) return `You are logged in as ${name}. Keep the token for the next time.`;
  if (sso) return `${name} is let in as ${role}, by the proxy.`;
  return `${name} is let in as ${role}. Hand them this token.`;
}
