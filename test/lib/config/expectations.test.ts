import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/lib/config/load.js';

const load = (expectations: string) =>
  loadConfig({ env: { KLOROS_HOME: '/nowhere/at/all', KLOROS_EXPECTATIONS: expectations }, cwd: '/', flags: {} });

describe('expectations in the configuration', () => {
  it('are the two pairs of the document where nothing is set', async () => {
    const { config, origins } = await load('');
    expect(config.expectations).toMatchObject({
      Q_INVESTIGATION_COMPLETE: { after: 'Q_CURIOSITY_INVESTIGATE', within: '10m', by: 'question_id' },
      Q_DREAM_COMPLETE: { after: 'Q_DREAM_TRIGGER', within: '30m' },
    });
    expect(origins['expectations']).toMatchObject({ value: config.expectations, from: 'default' });
  });

  it('of an operator stand beside them, or over them field by field', async () => {
    const { config } = await load(
      '{Q_INVESTIGATION_COMPLETE: {within: 20m}, Q_B: {after: Q_A, within: 5s, emit: Q_B_TIMEOUT}}',
    );
    expect(config.expectations['Q_INVESTIGATION_COMPLETE']).toMatchObject({
      within: '20m',
      emit: 'Q_INVESTIGATION_TIMEOUT',
    });
    expect(config.expectations['Q_B']).toMatchObject({ after: 'Q_A', within: '5s', waiting: '24h', enabled: true });
    expect(config.expectations['Q_DREAM_COMPLETE']).toBeDefined();
  });

  it.each([
    ['{Q_B: {after: Q_A, within: 5s}}', 'Q_B.emit'],
    ['{Q_B: {after: Q_A, within: five, emit: Q_C}}', 'Q_B.within'],
    ['{Q_DREAM_COMPLETE: {within: 0s}}', 'Q_DREAM_COMPLETE.within'],
    ['{Q_DREAM_COMPLETE: {within: 48h}}', 'shorter than that of the work'],
    ['{Q_DREAM_COMPLETE: {withn: 5m}}', 'withn'],
  ])('%s are refused, with the place: %s', async (written, place) => {
    await expect(load(written)).rejects.toMatchObject({
      code: 'INVALID_CONFIG',
      why: expect.stringContaining(place) as string,
    });
  });
});
