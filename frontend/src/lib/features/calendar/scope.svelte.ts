/** Which part of a series is meant. */
export type Scope = 'this' | 'following' | 'all';

type Question = {
  verb: 'move' | 'save' | 'delete';
  title: string;
  /** One occurrence cannot differ in what was changed. */
  whole: boolean;
  answer: (scope: Scope | undefined) => void;
};

/** The question that a change of a repeating event asks. */
class ScopeQuestion {
  open = $state.raw<Question>();

  ask(verb: Question['verb'], title: string, whole = false): Promise<Scope | undefined> {
    this.open?.answer(undefined);
    return new Promise((resolve) => {
      this.open = {
        verb,
        title,
        whole,
        answer: (scope) => {
          this.open = undefined;
          resolve(scope);
        },
      };
    });
  }
}

export const scopeQuestion = new ScopeQuestion();
