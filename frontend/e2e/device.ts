import { expect, type CDPSession, type Page } from '@playwright/test';

/** A device with a fingerprint reader, in Chromium. Its owner touches it whenever it asks. */
export class Device {
  private constructor(
    private readonly browser: CDPSession,
    private readonly authenticatorId: string,
  ) {}

  static async beside(page: Page, transport: 'internal' | 'usb' = 'internal'): Promise<Device> {
    const browser = await page.context().newCDPSession(page);
    await browser.send('WebAuthn.enable');
    const { authenticatorId } = await browser.send('WebAuthn.addVirtualAuthenticator', {
      options: { protocol: 'ctap2', transport, hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
    });
    return new Device(browser, authenticatorId);
  }

  /** Whether it knows whose finger it is. */
  async recognises(isUserVerified: boolean) {
    await this.browser.send('WebAuthn.setUserVerified', { authenticatorId: this.authenticatorId, isUserVerified });
  }
  /** Goes back to what a copy of its passkey, taken at the beginning, would count. */
  async becomesItsCopy() {
    const { credentials } = await this.browser.send('WebAuthn.getCredentials', { authenticatorId: this.authenticatorId });
    expect(credentials).toHaveLength(1);
    await this.browser.send('WebAuthn.clearCredentials', { authenticatorId: this.authenticatorId });
    await this.browser.send('WebAuthn.addCredential', { authenticatorId: this.authenticatorId, credential: { ...credentials[0]!, signCount: 0 } });
  }
}
