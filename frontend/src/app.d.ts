declare global {
  namespace App {
    interface PageState {
      /** What an open sheet shows, so that Back closes it. */
      sheet?: string;
    }
  }
}

export {};
