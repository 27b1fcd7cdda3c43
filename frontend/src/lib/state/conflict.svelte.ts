/** One field of a record that differs: what it is called, what was typed, what is stored. */
export type Difference = { label: string; mine: string; theirs: string };

type Open = { differences: Difference[]; answer: (keep: 'mine' | 'theirs' | 'neither') => void };

/** The question of a 412: two versions side by side, and which is kept. */
class Conflict {
  open = $state.raw<Open>();

  ask(differences: Difference[]): Promise<'mine' | 'theirs' | 'neither'> {
    return new Promise((resolve) => {
      this.open = {
        differences,
        answer: (keep) => {
          this.open = undefined;
          resolve(keep);
        },
      };
    });
  }
}

export const conflict = new Conflict();
