/** Words that say little about what a phrase is about. */
export const LIGHT: ReadonlySet<string> = new Set(
  (
    'handle manage provide support perform process module system functionality service feature capability utility tool ' +
    'operation use new various base do work set handler manager helper current specific custom main data file value ' +
    'name item object source result available incoming user implement allow code execution management simple'
  ).split(' '),
);

/** Words without content of their own. */
export const STOP: ReadonlySet<string> = new Set(
  (
    'a an the of for on in at by with and or is are be been being was were do does did has have had that which who ' +
    'this these those it its their them they as via using so such than then there when where while per each every ' +
    'all any some up out over under between through across about s can may will would should must also your our'
  ).split(' '),
);

/** Words that turn a statement round. */
export const NEGATION: ReadonlySet<string> = new Set(
  'not no never without cannot neither nor none non nothing lack lacks lacking nt dont doesnt isnt wont cant'.split(
    ' ',
  ),
);

/** Small numbers as words. */
export const NUMBER_WORDS: Readonly<Record<string, string>> = {
  zero: '0',
  one: '1',
  two: '2',
  three: '3',
  four: '4',
  five: '5',
  six: '6',
  seven: '7',
  eight: '8',
  nine: '9',
  ten: '10',
  dozen: '12',
  hundred: '100',
};
