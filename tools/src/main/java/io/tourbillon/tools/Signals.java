package io.tourbillon.tools;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** POSIX signals. The JDK's only door is {@code sun.misc.Signal}, which javac warns of whatever one does: hence by name. */
public final class Signals
{
    private Signals()
    {
    }

    /**
     * Replaces what the JVM does on a signal. Any thread.
     *
     * @param name   without SIG: "TERM", "INT".
     * @param action run on a thread of the JVM's own at each signal.
     * @throws IllegalStateException if this JVM does not let us.
     */
    public static void register(final String name, final Runnable action)
    {
        try
        {
            final Class<?> signal = Class.forName("sun.misc.Signal");
            final Class<?> handler = Class.forName("sun.misc.SignalHandler");
            final InvocationHandler invocation = (proxy, method, args) -> invoke(proxy, method, args, action);
            final Object adapter = Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[]{handler}, invocation);
            signal.getMethod("handle", signal, handler).invoke(null, signal.getConstructor(String.class).newInstance(name), adapter);
        }
        catch (final ReflectiveOperationException ex)
        {
            throw new IllegalStateException("cannot handle SIG" + name, ex);
        }
    }

    private static Object invoke(final Object proxy, final Method method, final Object[] args, final Runnable action)
    {
        return switch (method.getName())
        {
            case "handle" ->
            {
                action.run();
                yield null;
            }
            case "equals" -> proxy == args[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "signal handler";
        };
    }
}
