import { useEffect, useState } from 'react';
import { fetchJson } from './api.js';

/** Which workers answer, counted by asking again and again. */
export default function Workers() {
  const [answers, setAnswers] = useState({});
  useEffect(() => {
    let mounted = true;
    const ask = () =>
      fetchJson('/api/slow?ms=50')
        .then(({ release, pid }) => mounted && setAnswers((old) => count(old, `${release}, pid ${pid}`)))
        .catch((error) => mounted && setAnswers((old) => count(old, error.message)));
    const timer = setInterval(ask, 300);
    return () => {
      mounted = false;
      clearInterval(timer);
    };
  }, []);
  return (
    <ul>
      {Object.entries(answers).map(([name, times]) => (
        <li key={name}>
          {name}: {times}
        </li>
      ))}
    </ul>
  );
}

function count(answers, name) {
  return { ...answers, [name]: (answers[name] ?? 0) + 1 };
}
