import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query'
import { callApi, type Input, type OperationName, type Reply } from '../../../api/client.ts'
import { sessionQuery } from '../../../app/session.ts'

/** What the page shows of somebody's ways in. */
const SHOWN: readonly OperationName[] = ['getFactors', 'listPasskeys', 'listIdentities', 'listSessions']

/**
 * A change to what somebody logs in with. The gateway answers with the session under a new text: whose token goes with
 * the next change has to be asked for before there is one.
 */
export function useFactorAct<Name extends OperationName>(
  name: Name,
  onDone?: (reply: Reply<Name>) => void,
): UseMutationResult<Reply<Name>, Error, Input<Name>> {
  const renew = useRenewal()
  return useMutation<Reply<Name>, Error, Input<Name>>({
    mutationFn: async (input) => await callApi(name, input, { account: null }),
    onSuccess: async (reply) => {
      await renew()
      onDone?.(reply)
    },
  })
}

/** @returns asks for the session and for all ways in anew; never throws */
export function useRenewal(): () => Promise<void> {
  const client = useQueryClient()
  return async () => {
    await client.refetchQueries({ queryKey: sessionQuery.queryKey })
    await Promise.all(SHOWN.map(async (one) => await client.invalidateQueries({ queryKey: [one] })))
  }
}
