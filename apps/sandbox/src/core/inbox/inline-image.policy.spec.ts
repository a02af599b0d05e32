import { expect, it } from '@jest/globals';
import { isShown, typeOfFile, withImages } from './inline-image.policy.ts';

const image = (contentId: string, content = 'aGk=') => ({
  providerMessageId: '1',
  contentId,
  type: 'image/png',
  content,
});

it.each([
  ['an image', '<img alt="cid:logo" src="cid:logo">', '<img alt="cid:logo" src="data:image/png;base64,aGk=">'],
  ['an image without quotes', '<img src=cid:logo>', '<img src=data:image/png;base64,aGk=>'],
  ['a background', "<td background='cid:logo'>", "<td background='data:image/png;base64,aGk='>"],
  ['a style', '<p style="background:url(cid:logo)">', '<p style="background:url(data:image/png;base64,aGk=)">'],
  ['an id that is encoded', '<img src="cid:logo%40shop">', '<img src="data:image/png;base64,aGk=">'],
])('inserts the image of the mail into %s', (_, html, shown) => {
  expect(withImages(html, [image('logo2', 'bm8='), image('logo'), image('logo@shop')])).toBe(shown);
});

it.each([
  '<p>Write src cid:logo</p>',
  '<img src="cid:other">',
  '<img src="https://inbox.test/cid:logo">',
  '<img src="cid:%E0%A4">',
])('does not change %s', (html) => {
  expect(withImages(html, [image('logo')])).toBe(html);
});

it('joins base64 that is split over lines', () => {
  expect(withImages('<img src="cid:a">', [image('a', 'aG\r\nk=\n')])).toBe('<img src="data:image/png;base64,aGk=">');
});

it('shows images of types that mail programs show, and no others', () => {
  expect(['image/png', 'IMAGE/JPEG', 'image/svg+xml', 'text/html'].map(isShown)).toEqual([true, true, false, false]);
  expect(['a.b.PNG', 'a.svg', 'png'].map(typeOfFile)).toEqual(['image/png', undefined, 'image/png']);
});
