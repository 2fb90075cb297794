import { useState } from 'react';
import type { EditedFile, EditedTemplate } from '../../api/shapes/templates.ts';
import { isSame, merged } from './merge.ts';

export interface Draft {
  /** As the viewer has it now. */
  file: EditedFile;
  /** The version it was made from. */
  version: number;
  isDirty: boolean;
  /** Somebody saved another version while the viewer had changes of their own; both are in `file` now. */
  isMerged: boolean;
  change: (next: (file: EditedFile) => EditedFile) => void;
  /** The server took `sent`. */
  landed: (saved: EditedTemplate, sent: EditedFile) => void;
  discard: () => void;
}

/** What is being typed over `saved`. It survives refusals and other people's saves; untouched parts follow the server. */
export function useDraft(saved: EditedTemplate): Draft {
  const [base, setBase] = useState(saved);
  const [file, setFile] = useState(saved.template);
  const [isMerged, setMerged] = useState(false);
  if (saved.version > base.version) {
    const next = merged(base.template, file, saved.template);
    setBase(saved);
    setFile(next);
    setMerged(!isSame(next, saved.template));
  }
  return {
    file,
    version: base.version,
    isDirty: !isSame(file, base.template),
    isMerged,
    change: setFile,
    landed(answer, sent) {
      setBase(answer);
      setFile((now) => (now === sent ? answer.template : now));
      setMerged(false);
    },
    discard() {
      setFile(base.template);
      setMerged(false);
    },
  };
}
