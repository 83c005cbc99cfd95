// Answers of face-api's expression net for faces in a file; benchmarks/peers.py calls it.
//
//     node face_api.mjs NODE_MODULES FACES SIDE ANSWERS
//
// FACES holds n x SIDE x SIDE grey bytes; ANSWERS gets n x 7 float32 probabilities, ordered as EXPRESSIONS.

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve, sep } from 'node:path';

const EXPRESSIONS = ['neutral', 'happy', 'sad', 'angry', 'fearful', 'disgusted', 'surprised'];
const BATCH = 32;

const [modules, facesFile, sideText, answersFile] = process.argv.slice(2);
const folder = resolve(modules);
// Packages are looked for in that folder, not beside this file.
const require = createRequire(resolve(folder, 'peers.cjs'));
const tf = require('@tensorflow/tfjs');
const wasm = require('@tensorflow/tfjs-backend-wasm');
const faceapi = require('@vladmandic/face-api/dist/face-api.node-wasm.js');

wasm.setWasmPaths(resolve(folder, '@tensorflow/tfjs-backend-wasm/dist') + sep);
if (!(await tf.setBackend('wasm'))) throw new Error('the wasm backend does not start');
await tf.ready();
const net = faceapi.nets.faceExpressionNet;
await net.loadFromDisk(resolve(folder, '@vladmandic/face-api/model'));

const side = Number(sideText);
const pixels = readFileSync(facesFile);
const faces = pixels.length / (side * side);
if (!Number.isInteger(faces)) throw new Error(`no whole number of ${side}x${side} faces in ${facesFile}`);

const answers = new Float32Array(faces * EXPRESSIONS.length);
for (let start = 0; start < faces; start += BATCH) {
  const tensors = [];
  for (let face = start; face < Math.min(start + BATCH, faces); face += 1) tensors.push(rgbTensor(face));
  const rows = await net.predictExpressions(tensors); // resizes to 112x112 and subtracts its mean itself
  const ordered = rows.flatMap((row) => EXPRESSIONS.map((name) => row[name]));
  answers.set(ordered, start * EXPRESSIONS.length);
  tf.dispose(tensors);
}
writeFileSync(answersFile, answers);

// A grey face as the RGB that a decoded picture of it has.
function rgbTensor(face) {
  const grey = pixels.subarray(face * side * side, (face + 1) * side * side);
  const rgb = Int32Array.from({ length: 3 * grey.length }, (_, i) => grey[Math.floor(i / 3)]);
  return tf.tensor3d(rgb, [side, side, 3], 'int32');
}
