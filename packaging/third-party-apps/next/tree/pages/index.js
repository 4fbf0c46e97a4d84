export default function Page({ name }) {
  return <p>{name}</p>;
}

/** Rendered anew for every request, as most pages of real applications are. */
export async function getServerSideProps() {
  return { props: { name: 'release @RELEASE@' } };
}
