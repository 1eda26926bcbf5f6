/**
 * Who in admission said no, from the words of a Status or a condition; null where it was nobody there (but RBAC, or
 * validation). Sources: `plugin/pkg/admission/resourcequota/controller.go`, `limitranger/admission.go`,
 * `admission/plugin/policy/validating/dispatcher.go`, `webhook/errors/statuserror.go`, PodSecurity's `admission.go`.
 */
export function admissionRefusal(message: string): 'quota' | 'admission' | null {
  if (/exceeded quota|failed quota|must specify/.test(message)) return 'quota';
  return /denied the request|AdmissionPolicy|violates PodSecurity|(?:maximum|minimum) \S+ usage per/.test(
    message,
  )
    ? 'admission'
    : null;
}
